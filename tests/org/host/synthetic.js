/** Must be evaluated before the engine, so it is a script of its own: imports of one script would be hoisted above it. */
import "@lwc/synthetic-shadow";
