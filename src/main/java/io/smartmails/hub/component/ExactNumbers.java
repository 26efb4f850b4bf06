// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import java.math.BigDecimal;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.TypeConversionException;
import org.apache.camel.support.TypeConverterSupport;

/**
 * Keeps Simple from cutting the fraction off a decimal. Its comparisons first try both sides as whole numbers, and Camel's
 * converter makes 199 of 199.10, so that {@code 199.10 > 199.09} would be false (seen with Camel 4.22.0).
 */
final class ExactNumbers extends TypeConverterSupport {
    private ExactNumbers() {}

    static void register(CamelContext context) {
        context.getTypeConverterRegistry().addTypeConverter(Long.class, BigDecimal.class, new ExactNumbers());
        context.getTypeConverterRegistry().addTypeConverter(Integer.class, BigDecimal.class, new ExactNumbers());
    }

    @Override
    public <T> T convertTo(Class<T> type, Exchange exchange, Object value) {
        BigDecimal decimal = (BigDecimal) value;
        try {
            return type == Integer.class ? type.cast(decimal.intValueExact()) : type.cast(decimal.longValueExact());
        } catch (ArithmeticException e) {
            throw new TypeConversionException(value, type, e);
        }
    }
}
