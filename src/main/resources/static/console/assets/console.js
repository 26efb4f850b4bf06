// Keeps a page fresh. Everything works without it.
const main = document.querySelector("main[data-refresh]");
if (main) {
  const busy = () => document.hidden || main.contains(document.activeElement) || String(getSelection()) !== "";
  setInterval(async () => {
    if (busy()) return;
    const answer = await fetch(location.href, { headers: { "X-Console-Refresh": "1" } }).catch(() => null);
    if (!answer) return;
    if (answer.redirected) {
      location.reload();
      return;
    }
    if (!answer.ok || busy()) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("main");
    if (fresh && fresh.innerHTML !== main.innerHTML) main.replaceChildren(...fresh.childNodes);
  }, main.dataset.refresh * 1000);
}
