// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.util.List;

/**
 * What holds for everybody, changeable while the hub runs.
 *
 * @param addresses who may come at all
 * @param account limits on all calls of the account together; empty for none
 * @param address limits on the calls from one address; empty for none
 * @param version grows with each change; 0 when nothing was ever set
 */
record DoorRules(AddressRules addresses, List<RateWindow> account, List<RateWindow> address, long version) {
    static final DoorRules NONE = new DoorRules(AddressRules.ANY, List.of(), List.of(), 0);
}
