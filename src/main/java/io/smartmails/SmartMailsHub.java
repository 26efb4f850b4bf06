// SPDX-License-Identifier: Apache-2.0
package io.smartmails;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class SmartMailsHub {
    public static void main(String[] args) {
        SpringApplication.run(SmartMailsHub.class, args);
    }
}
