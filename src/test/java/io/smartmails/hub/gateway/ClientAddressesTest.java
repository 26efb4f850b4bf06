// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;

class ClientAddressesTest {
    private static final ClientAddresses BEHIND = new ClientAddresses(
            Stream.of("10.0.0.0/8", "::1").map(AddressRange::parse).toList());

    private static MockHttpServletRequest from(String peer) {
        var request = new MockHttpServletRequest();
        request.setRemoteAddr(peer);
        return request;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "192.0.2.1  | 198.51.100.7                 | 192.0.2.1",
                "10.0.0.1   | 198.51.100.7                 | 198.51.100.7",
                "10.0.0.1   | 203.0.113.9, 198.51.100.7    | 198.51.100.7",
                "10.0.0.1   | 198.51.100.7, 10.0.0.2       | 198.51.100.7",
                "10.0.0.1   | 10.0.0.3, 10.0.0.2           | 10.0.0.3",
                "10.0.0.1   | 198.51.100.7:4711            | 198.51.100.7",
                "10.0.0.1   | [2001:db8::1]:4711           | 2001:db8:0:0:0:0:0:1",
                "10.0.0.1   | 2001:db8::1                  | 2001:db8:0:0:0:0:0:1",
                "10.0.0.1   | ::ffff:198.51.100.7          | 198.51.100.7",
                "10.0.0.1   | fe80::1%eth0                 | fe80:0:0:0:0:0:0:1",
                "10.0.0.1   | unknown                      | 10.0.0.1",
                "10.0.0.1   | 198.51.100.7, unknown        | 10.0.0.1",
                "10.0.0.1   | garbage, 10.0.0.2            | 10.0.0.2",
                "10.0.0.1   | 198.51.100.7,                | 10.0.0.1",
                "10.0.0.1   | 198.51.100.7:x               | 10.0.0.1",
                "10.0.0.1   | [::1                         | 10.0.0.1",
                "10.0.0.1   | 0198.51.100.7                | 10.0.0.1",
                "::1        | 198.51.100.7                 | 198.51.100.7",
                "::ffff:10.0.0.1 | 198.51.100.7            | 198.51.100.7"
            })
    void walksFromRightToLeftAndOnlyBehindATrustedPeer(String peer, String header, String client) {
        var request = from(peer);
        request.addHeader("X-Forwarded-For", header == null ? "" : header);
        assertThat(BEHIND.of(request).text()).isEqualTo(client);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "for=198.51.100.7;proto=https                      | 198.51.100.7 | true",
                "For=\"[2001:db8::1]:4711\";proto=http             | 2001:db8:0:0:0:0:0:1 | false",
                "for=203.0.113.9, for=198.51.100.7;by=10.0.0.1     | 198.51.100.7 | false",
                "for=_hidden                                       | 10.0.0.1 | false",
                "proto=https                                       | 10.0.0.1 | true",
                ";;;=,                                             | 10.0.0.1 | false"
            })
    void readsForwarded(String header, String client, boolean secure) {
        var request = from("10.0.0.1");
        request.addHeader("Forwarded", header);
        assertThat(BEHIND.of(request).text()).isEqualTo(client);
        assertThat(BEHIND.of(request).secure()).isEqualTo(secure);
    }

    @Test
    void severalLinesAreOneListAndHttpsMustHoldAllTheWay() {
        var request = from("10.0.0.1");
        request.addHeader("X-Forwarded-For", "203.0.113.9");
        request.addHeader("X-Forwarded-For", "198.51.100.7");
        request.addHeader("X-Forwarded-Proto", "https, http");
        assertThat(BEHIND.of(request).text()).isEqualTo("198.51.100.7");
        assertThat(BEHIND.of(request).secure()).isFalse();
    }

    @Test
    void twoHeadersThatDifferAreBelievedNeither() {
        var request = from("10.0.0.1");
        request.addHeader("X-Forwarded-For", "198.51.100.7");
        request.addHeader("Forwarded", "for=203.0.113.9");
        assertThat(BEHIND.of(request).text()).isEqualTo("10.0.0.1");
    }

    @Test
    void nobodyIsTrustedByDefault() {
        var request = from("127.0.0.1");
        request.addHeader("X-Forwarded-For", "198.51.100.7");
        request.addHeader("X-Forwarded-Proto", "https");
        ClientAddress client = new ClientAddresses(List.of()).of(request);
        assertThat(client.text()).isEqualTo("127.0.0.1");
        assertThat(client.secure()).isFalse();
        assertThat(client.isLocal()).isTrue();
    }

    @Test
    void ofAnIpv6NetworkAllAddressesCountAsOneSource() {
        assertThat(new ClientAddresses(List.of())
                        .of(from("2001:db8:1:2:3:4:5:6"))
                        .source())
                .isEqualTo("2001:db8:1:2:0:0:0:0/64");
        assertThat(new ClientAddresses(List.of()).of(from("::ffff:192.0.2.1")).source())
                .isEqualTo("192.0.2.1");
    }
}
