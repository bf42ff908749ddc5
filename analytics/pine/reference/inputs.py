"""`input.*`: the settings of a script."""

ENTRIES = """
input(defval const int, title const string = "", tooltip const string?, inline const string?, group const string?, display const plot_display = display.all, active input bool = true) -> input int
input(defval const float, title const string = "", tooltip const string?, inline const string?, group const string?, display const plot_display = display.all, active input bool = true) -> input float
input(defval const bool, title const string = "", tooltip const string?, inline const string?, group const string?, display const plot_display = display.all, active input bool = true) -> input bool
input(defval const color, title const string = "", tooltip const string?, inline const string?, group const string?, display const plot_display = display.all, active input bool = true) -> input color
input(defval const string, title const string = "", tooltip const string?, inline const string?, group const string?, display const plot_display = display.all, active input bool = true) -> input string
input(defval series float, title const string = "", inline const string?, group const string?, tooltip const string?, display const plot_display = display.all, active input bool = true) -> series float
    A setting whose kind is that of its default.
input.int(defval const int, title const string = "", minval const int?, maxval const int?, step const int = 1, tooltip const string?, inline const string?, group const string?, confirm const bool = false, display const plot_display = display.all, active input bool = true) -> input int
input.int(defval const int, title const string, options const tuple<int>, tooltip const string?, inline const string?, group const string?, confirm const bool = false, display const plot_display = display.all, active input bool = true) -> input int
    A whole number.
input.float(defval const float, title const string = "", minval const float?, maxval const float?, step const float = 1, tooltip const string?, inline const string?, group const string?, confirm const bool = false, display const plot_display = display.all, active input bool = true) -> input float
input.float(defval const float, title const string, options const tuple<float>, tooltip const string?, inline const string?, group const string?, confirm const bool = false, display const plot_display = display.all, active input bool = true) -> input float
    A number.
input.bool(defval const bool, title const string = "", tooltip const string?, inline const string?, group const string?, confirm const bool = false, display const plot_display = display.all, active input bool = true) -> input bool
    A box to tick.
input.color(defval const color, title const string = "", tooltip const string?, inline const string?, group const string?, confirm const bool = false, display const plot_display = display.all, active input bool = true) -> input color
    A colour.
input.string(defval const string, title const string = "", options const tuple<string>?, tooltip const string?, inline const string?, group const string?, confirm const bool = false, display const plot_display = display.all, active input bool = true) -> input string
    A text, or one of several.
input.text_area(defval const string, title const string = "", tooltip const string?, group const string?, confirm const bool = false, display const plot_display = display.all, active input bool = true) -> input string
    A text of several lines.
input.symbol(defval const string, title const string = "", tooltip const string?, inline const string?, group const string?, confirm const bool = false, display const plot_display = display.all, active input bool = true) -> input string
    A symbol.
input.timeframe(defval const string, title const string = "", options const tuple<string>?, tooltip const string?, inline const string?, group const string?, confirm const bool = false, display const plot_display = display.all, active input bool = true) -> input string
    A timeframe.
input.session(defval const string, title const string = "", options const tuple<string>?, tooltip const string?, inline const string?, group const string?, confirm const bool = false, display const plot_display = display.all, active input bool = true) -> input string
    Hours of a session.
input.source(defval series float, title const string = "", tooltip const string?, inline const string?, group const string?, display const plot_display = display.all, active input bool = true, confirm const bool = false) -> series float
    A series to compute with.
input.time(defval const int, title const string = "", tooltip const string?, inline const string?, group const string?, confirm const bool = false, display const plot_display = display.all, active input bool = true) -> input int
    A moment.
input.price(defval const float, title const string = "", tooltip const string?, inline const string?, group const string?, confirm const bool = false, display const plot_display = display.all, active input bool = true) -> input float
    A price.
input.enum(defval const T, title const string = "", options const tuple<T>?, tooltip const string?, inline const string?, group const string?, confirm const bool = false, display const plot_display = display.all, active input bool = true) -> input T
    A member of an enum.
"""
