// Behaviour of every page. Each module below looks after one component and finds it in the document by itself.
import "./js/htmx.js";
import "./js/appearance.js";
import "./js/busy.js";
import "./js/copying.js";
import "./js/dialogs.js";
import "./js/drop-zone.js";
import "./js/forms.js";
import "./js/menus.js";
import "./js/print.js";
import "./js/tabs.js";
import "./js/times.js";
import "./js/toasts.js";
import "./js/visit.js";
