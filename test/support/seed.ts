/** @module Property tests look elsewhere each time they run, but not where a red result must mean that the change is at fault. */
import fc from "fast-check";

if (process.env.CI) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_261_124 });
