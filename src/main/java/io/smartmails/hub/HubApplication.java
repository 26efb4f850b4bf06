// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The hub's Spring context; started by {@code io.smartmails.SmartMailsHub}. */
@SpringBootApplication
public class HubApplication {}
