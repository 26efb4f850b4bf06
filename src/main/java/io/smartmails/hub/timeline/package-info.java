/**
 * The story of one envelope. In: facts from every stage, joined to that stage's commit. Out: the story in order, derived
 * from the queue's rows and these facts. Never blocks a stage and never holds a payload or an address.
 */
package io.smartmails.hub.timeline;
