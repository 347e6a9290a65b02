/** The components outside any sandbox: the everyday build. */
import { startPage } from "./page.js";

import("/c.js").then(startPage);
