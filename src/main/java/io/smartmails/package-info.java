/**
 * The process: starts the engine, the simulators and the hub, or runs a command. The only place that knows all of them;
 * hub and engine meet over HTTP alone.
 */
package io.smartmails;
