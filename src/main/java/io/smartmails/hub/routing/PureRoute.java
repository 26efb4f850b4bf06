// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import java.util.List;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.model.CatchDefinition;
import org.apache.camel.model.ChoiceDefinition;
import org.apache.camel.model.ExpressionNode;
import org.apache.camel.model.FilterDefinition;
import org.apache.camel.model.FinallyDefinition;
import org.apache.camel.model.LogDefinition;
import org.apache.camel.model.LoopDefinition;
import org.apache.camel.model.Model;
import org.apache.camel.model.OtherwiseDefinition;
import org.apache.camel.model.PipelineDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RemoveHeaderDefinition;
import org.apache.camel.model.RemovePropertyDefinition;
import org.apache.camel.model.RemoveVariableDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SetBodyDefinition;
import org.apache.camel.model.SetHeaderDefinition;
import org.apache.camel.model.SetPropertyDefinition;
import org.apache.camel.model.SetVariableDefinition;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.model.StopDefinition;
import org.apache.camel.model.ThrowExceptionDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.model.TransformDefinition;
import org.apache.camel.model.TryDefinition;
import org.apache.camel.model.ValidateDefinition;
import org.apache.camel.model.WhenDefinition;
import org.apache.camel.model.language.ExpressionDefinition;

/** Whether a route can be run without anything happening: it holds only steps known to act on the message alone. */
final class PureRoute {
    private static final Set<Class<?>> STEPS = Set.of(
            CatchDefinition.class,
            ChoiceDefinition.class,
            FilterDefinition.class,
            FinallyDefinition.class,
            LogDefinition.class,
            LoopDefinition.class,
            OtherwiseDefinition.class,
            PipelineDefinition.class,
            RemoveHeaderDefinition.class,
            RemovePropertyDefinition.class,
            RemoveVariableDefinition.class,
            SetBodyDefinition.class,
            SetHeaderDefinition.class,
            SetPropertyDefinition.class,
            SetVariableDefinition.class,
            SplitDefinition.class,
            StopDefinition.class,
            ThrowExceptionDefinition.class,
            ToDefinition.class,
            TransformDefinition.class,
            TryDefinition.class,
            ValidateDefinition.class,
            WhenDefinition.class);

    private static final List<String> TARGETS = List.of("smartmails:", "event:", "log:");
    private static final Set<String> LANGUAGES =
            Set.of("constant", "simple", "jsonpath", "xpath", "header", "variable");
    /** Functions of Camel's simple language that call code. */
    private static final List<String> CALLS = List.of("bean:", "ref:", "method", "function{", "groovy");

    private PureRoute() {}

    static boolean is(CamelContext camel, String rule) {
        RouteDefinition route =
                camel.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinition(rule);
        return route != null
                && ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class).stream()
                        .allMatch(PureRoute::isPure);
    }

    private static boolean isPure(ProcessorDefinition<?> step) {
        if (!STEPS.contains(step.getClass())) {
            return false;
        }
        if (step instanceof ToDefinition to) {
            return TARGETS.stream().anyMatch(to.getEndpointUri()::startsWith);
        }
        return !(step instanceof ExpressionNode node) || isPure(node.getExpression());
    }

    private static boolean isPure(ExpressionDefinition expression) {
        if (expression == null || expression.getExpression() == null) {
            return true;
        }
        return LANGUAGES.contains(expression.getLanguage())
                && CALLS.stream().noneMatch(expression.getExpression()::contains);
    }
}
