// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.hub.queue.Pressure;
import io.smartmails.hub.queue.PressureGauge;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** How near the hub is to refusing new work. */
@RestController
class PressureController {
    private final Pressure pressure;

    PressureController(Pressure pressure) {
        this.pressure = pressure;
    }

    @GetMapping("/admin/v1/pressure")
    Map<String, Object> pressure() {
        List<PressureGauge> gauges = pressure.gauges();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("refusing", !pressure.hasRoom());
        json.put(
                "gauges",
                gauges.stream()
                        .map(gauge -> {
                            Map<String, Object> one = new LinkedHashMap<>();
                            one.put("name", gauge.name());
                            one.put("percent", gauge.percent());
                            one.put("value", gauge.value());
                            one.put("mark", gauge.mark());
                            one.put("detail", gauge.detail());
                            return one;
                        })
                        .toList());
        return json;
    }
}
