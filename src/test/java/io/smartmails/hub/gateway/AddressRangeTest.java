// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {
    private static InetAddress at(String text) {
        return IpLiteral.address(IpLiteral.canonical(text));
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.8, false",
        "192.0.2.0/24, 192.0.2.0, true",
        "192.0.2.0/24, 192.0.2.255, true",
        "192.0.2.0/24, 192.0.3.0, false",
        "192.0.2.0/24, 192.0.1.255, false",
        "192.0.2.128/25, 192.0.2.127, false",
        "192.0.2.128/25, 192.0.2.128, true",
        "192.0.2.6/31, 192.0.2.7, true",
        "192.0.2.6/31, 192.0.2.8, false",
        "0.0.0.0/0, 255.255.255.255, true",
        "0.0.0.0/0, ::1, false",
        "::/0, 2001:db8::1, true",
        "::/0, 192.0.2.7, false",
        "2001:db8::/33, 2001:db8:7fff:ffff::1, true",
        "2001:db8::/33, 2001:db8:8000::, false",
        "192.0.2.7, ::ffff:192.0.2.7, true",
        "192.0.2.7, ::ffff:c000:207, true",
        "::ffff:192.0.2.0/120, 192.0.2.9, true",
        "fe80::1, fe80::1%eth0, true"
    })
    void knowsItsEdges(String range, String address, boolean inside) {
        assertThat(AddressRange.parse(range).contains(at(address))).isEqualTo(inside);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "/",
                "/8",
                "localhost",
                "example.com",
                "10",
                "10.1",
                "10.0.0",
                "10.0.0.0.0",
                "256.0.0.1",
                "010.0.0.1",
                "0x0a.0.0.1",
                "10.0.0.1 ",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/08",
                "10.0.0.0/8/8",
                "10.0.0.0/255.0.0.0",
                "10.0.0.0/1e1",
                "::/129",
                ":::",
                ":1",
                "1:",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7::8",
                "::12345",
                "::g",
                "fe80::1%eth0",
                "[::1]",
                "::ffff:256.0.0.1",
                "1.2.3.4::",
                "::1.2.3.4:5",
                "１.2.3.4",
                "::１"
            })
    void refusesWhatIsNoAddressInWords(String text) {
        assertThatThrownBy(() -> AddressRange.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.1/8, 10.0.0.0/8", "192.0.2.7/24, 192.0.2.0/24", "2001:db8::1/32, 2001:db8:0:0:0:0:0:0/32"})
    void bitsBehindThePrefixAreAMistakeAndTheBlockIsNamed(String text, String meant) {
        assertThatThrownBy(() -> AddressRange.parse(text)).hasMessageContaining(meant);
    }

    @Test
    void denyWinsAndAnEmptyAllowListMeansEverybody() {
        var rules = AddressRules.parse(List.of("192.0.2.0/24"), List.of("192.0.2.13"));
        assertThat(rules.permit(at("192.0.2.12"))).isTrue();
        assertThat(rules.permit(at("192.0.2.13"))).isFalse();
        assertThat(rules.permit(at("198.51.100.1"))).isFalse();
        assertThat(AddressRules.parse(List.of(), List.of("192.0.2.13")).permit(at("::1")))
                .isTrue();
        assertThat(AddressRules.ANY.permit(at("::1"))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"60/min, minute, 60, 60", "10/s, second, 10, 1", "20/10s, 10s, 20, 10", "5000/day, day, 5000, 86400"})
    void readsLimits(String text, String name, long quota, long seconds) {
        RateWindow window = RateWindow.parse(text);
        assertThat(window.name()).isEqualTo(name);
        assertThat(window.quota()).isEqualTo(quota);
        assertThat(window.length().toSeconds()).isEqualTo(seconds);
        assertThat(RateWindow.parse(window.text())).isEqualTo(window);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "60",
                "/min",
                "60/",
                "0/min",
                "-1/min",
                "60/fortnight",
                "1e3/min",
                "60/0s",
                "99999999999/min",
                "20000000/min",
                "60/32day",
                "60/99999999s",
                "06/min"
            })
    void refusesLimitsInWords(String text) {
        assertThatThrownBy(() -> RateWindow.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
