/**
 * One SQL database behind one writer thread.
 *
 * <p>In: units of work ({@link io.smartmails.db.Work}). Out: their results, after the commit is on disk. Callers that
 * arrive while a commit is under way share the next one (group commit); a unit that fails is rolled back alone. Serves
 * the hub and the engine alike and knows neither.
 */
package io.smartmails.db;
