// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.template;

import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import java.util.Map;
import java.util.regex.Pattern;
import liqp.RenderTransformer;
import liqp.TemplateContext;
import liqp.TemplateParser;
import liqp.blocks.Capture;
import liqp.exceptions.LiquidException;
import liqp.filters.Filter;
import liqp.nodes.FilterNode;
import liqp.nodes.LNode;
import liqp.parser.Flavor;
import liqp.parser.v4.NodeVisitor;
import liquid.parser.v4.LiquidParser;
import org.springframework.web.util.HtmlUtils;

/**
 * One parsed Liquid text. In HTML mode every output is escaped, unless it was escaped already by {@code escape} or
 * {@code newline_to_br} or captured from escaped output. Limits: 200 ms, 1 MB, 100,000 loop rounds; no includes.
 *
 * <p>The tree is built once and used by many threads: nodes hold no state, a context lives for one rendering.
 */
final class LiquidTemplate {
    private static final int MOST_CHARS = 1024 * 1024;
    private static final int MOST_ROUNDS = 100_000;
    private static final long MOST_NANOS = 200_000_000L;
    private static final String DEADLINE = " deadline";
    private static final Pattern POSITION = Pattern.compile(" on line \\d+, index \\d+|^(lexer|parser) error ");

    /** Markup that must not be escaped again. */
    private record Markup(String text) {
        @Override
        public String toString() {
            return text;
        }
    }

    private static final TemplateParser TEXT = parser().build();
    private static final TemplateParser HTML = parser().withBlock(new MarkupCapture())
            .withFilter(new MarkupFilter("escape"))
            .withFilter(new MarkupFilter("h"))
            .withFilter(new MarkupFilter("escape_once"))
            .withFilter(new MarkupFilter("newline_to_br"))
            .build();

    private final TemplateParser parser;
    private final LNode root;

    /** @throws ProblemException 422 {@code template_error} with line and column */
    LiquidTemplate(String part, String source, boolean html) {
        this.parser = html ? HTML : TEXT;
        if (!source.contains("{{") && !source.contains("{%")) {
            this.root = context -> source;
            return;
        }
        try {
            var tree = parser.parse(source).getParseTree();
            this.root = new Visitor(parser, html).visit(tree);
        } catch (LiquidException e) {
            String reason = POSITION.matcher(firstLine(e)).replaceAll("");
            throw problem(part, reason)
                    .with("line", e.line)
                    .with("column", e.charPositionInLine + 1)
                    .asException();
        } catch (RuntimeException e) {
            throw problem(part, firstLine(e)).asException();
        }
    }

    /** @throws ProblemException 422 {@code template_error} when a limit is passed or a filter cannot work on its input */
    String render(String part, Map<String, Object> variables) {
        var context = new TemplateContext(parser, variables);
        context.getEnvironmentMap().put(DEADLINE, System.nanoTime() + MOST_NANOS);
        try {
            return String.valueOf(root.render(context));
        } catch (RuntimeException | StackOverflowError e) {
            throw problem(part, firstLine(e)).asException();
        }
    }

    private static Problem problem(String part, String reason) {
        return Problem.of(ProblemCode.TEMPLATE_ERROR, part + ": " + reason).with("part", part);
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).strip().lines().findFirst().orElse("cannot be rendered");
    }

    private static String escape(String text) {
        return HtmlUtils.htmlEscape(text, "UTF-8");
    }

    private static TemplateParser.Builder parser() {
        return new TemplateParser.Builder()
                .withFlavor(Flavor.LIQUID)
                .withErrorMode(TemplateParser.ErrorMode.STRICT)
                .withMaxIterations(MOST_ROUNDS)
                .withMaxSizeRenderedString(MOST_CHARS)
                .withRenderTransformer(new Limited());
    }

    /** Builds the nodes; refuses what must not be there, with its place. */
    private static final class Visitor extends NodeVisitor {
        private final TemplateParser parser;
        private final boolean html;

        Visitor(TemplateParser parser, boolean html) {
            super(parser.insertions, parser.filters, parser.liquidStyleInclude);
            this.parser = parser;
            this.html = html;
        }

        @Override
        public LNode visitOutput(LiquidParser.OutputContext output) {
            return escaped(super.visitOutput(output));
        }

        @Override
        public LNode visitCycle_tag(LiquidParser.Cycle_tagContext cycle) {
            return escaped(super.visitCycle_tag(cycle));
        }

        @Override
        public LNode visitInclude_tag(LiquidParser.Include_tagContext include) {
            throw new LiquidException("include is not allowed", include);
        }

        @Override
        public FilterNode visitFilter(LiquidParser.FilterContext filter) {
            String name = filter.Id().getText();
            if (parser.filters.values().stream().noneMatch(known -> known.name.equals(name))) {
                throw new LiquidException("there is no filter '" + name + "'", filter);
            }
            return super.visitFilter(filter);
        }

        private LNode escaped(LNode node) {
            if (!html) {
                return node;
            }
            return context -> {
                Object value = node.render(context);
                return value == null || value instanceof Markup
                        ? value
                        : new Markup(escape(MarkupFilter.text(value, context)));
            };
        }
    }

    private static final class MarkupCapture extends Capture {
        MarkupCapture() {
            super();
        }

        @Override
        public String getName() {
            return "capture";
        }

        @Override
        public Object render(TemplateContext context, LNode... nodes) {
            context.put(
                    asString(nodes[0].render(context), context),
                    new Markup(String.valueOf(nodes[1].render(context))),
                    true);
            return null;
        }
    }

    /** The filters whose result is markup. */
    private static final class MarkupFilter extends Filter {
        private static final Filter ANY = new MarkupFilter("text");

        MarkupFilter(String name) {
            super(name);
        }

        static String text(Object value, TemplateContext context) {
            return ANY.asString(value, context);
        }

        @Override
        public Object apply(Object value, TemplateContext context, Object... parameters) {
            if (value instanceof Markup) {
                return value;
            }
            String text = asString(value, context);
            return new Markup(
                    switch (name) {
                        case "escape_once" -> escape(HtmlUtils.htmlUnescape(text));
                        case "newline_to_br" -> escape(text).replace("\n", "<br />\n");
                        default -> escape(text);
                    });
        }
    }

    /** Joins the parts; looks at the clock whenever a block starts, so that empty loops end as well. */
    private static final class Limited implements RenderTransformer {
        @Override
        public ObjectAppender.Controller newObjectAppender(TemplateContext context, int parts) {
            checkTime(context);
            var text = new StringBuilder();
            return new ObjectAppender.Controller() {
                @Override
                public void append(Object part) {
                    text.append(part);
                    if (text.length() > MOST_CHARS) {
                        throw new IllegalStateException("the result has more than " + MOST_CHARS + " characters");
                    }
                    checkTime(context);
                }

                @Override
                public Object getResult() {
                    return text.toString();
                }
            };
        }

        @Override
        public Object transformObject(TemplateContext context, Object value) {
            return String.valueOf(value);
        }

        private static void checkTime(TemplateContext context) {
            if (context.getEnvironmentMap().get(DEADLINE) instanceof Long deadline && System.nanoTime() > deadline) {
                throw new IllegalStateException("rendering takes longer than 200 ms");
            }
        }
    }
}
