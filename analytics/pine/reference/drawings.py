"""Lines, labels, boxes, tables, fillings, polylines and the points they hang on."""

ENTRIES = """
chart.point.new(time int, index int, price float) -> series chart.point
    A point by time and number of the bar.
chart.point.copy(id chart.point) -> series chart.point
    The same point once more.
chart.point.from_index(index int, price float) -> series chart.point
    A point by number of the bar.
chart.point.from_time(time int, price float) -> series chart.point
    A point by time.
chart.point.now(price float = close) -> series chart.point
    A point on the current bar.
line.new(x1 int, y1 float, x2 int, y2 float, xloc string = xloc.bar_index, extend string = extend.none, color color = color.blue, style string = line.style_solid, width int = 1, force_overlay const bool = false) -> series line
line.new(first_point chart.point, second_point chart.point, xloc string = xloc.bar_index, extend string = extend.none, color color = color.blue, style string = line.style_solid, width int = 1, force_overlay const bool = false) -> series line
    Draw a line.
line.copy(id line) -> series line
    Draw the same line once more.
line.delete(id line) -> void
    Take the line off the chart.
line.get_price(id line, x int) -> series float
    The price of the line at a bar.
line.get_x1(id line) -> series int
    Where the line begins.
line.get_x2(id line) -> series int
    Where the line ends.
line.get_y1(id line) -> series float
    The price at the beginning.
line.get_y2(id line) -> series float
    The price at the end.
line.set_color(id line, color color) -> void
    Change the colour.
line.set_extend(id line, extend string) -> void
    Change how far the line goes on.
line.set_first_point(id line, point chart.point) -> void
    Move the beginning.
line.set_second_point(id line, point chart.point) -> void
    Move the end.
line.set_style(id line, style string) -> void
    Change the style.
line.set_width(id line, width int) -> void
    Change the width.
line.set_x1(id line, x int) -> void
    Move the beginning in time.
line.set_x2(id line, x int) -> void
    Move the end in time.
line.set_xloc(id line, x1 int, x2 int, xloc string) -> void
    Change what the places in time count, and them.
line.set_xy1(id line, x int, y float) -> void
    Move the beginning.
line.set_xy2(id line, x int, y float) -> void
    Move the end.
line.set_y1(id line, y float) -> void
    Move the beginning in price.
line.set_y2(id line, y float) -> void
    Move the end in price.
line.all series array<line>
    All lines on the chart.
line.style_arrow_both const string = "arrow_both"
    With arrows at both ends.
line.style_arrow_left const string = "arrow_left"
    With an arrow at the left end.
line.style_arrow_right const string = "arrow_right"
    With an arrow at the right end.
line.style_dashed const string = "dashed"
    Dashed.
line.style_dotted const string = "dotted"
    Dotted.
line.style_solid const string = "solid"
    Solid.
label.new(x int, y float, text string = "", xloc string = xloc.bar_index, yloc string = yloc.price, color color = color.blue, style string = label.style_label_down, textcolor color = color.white, size string = size.normal, textalign string = text.align_center, tooltip string?, text_font_family string = font.family_default, force_overlay const bool = false, text_formatting text_format = text.format_none) -> series label
label.new(x int, y float, text string = "", xloc string = xloc.bar_index, yloc string = yloc.price, color color = color.blue, style string = label.style_label_down, textcolor color = color.white, size int = 12, textalign string = text.align_center, tooltip string?, text_font_family string = font.family_default, force_overlay const bool = false, text_formatting text_format = text.format_none) -> series label @6
label.new(point chart.point, text string = "", xloc string = xloc.bar_index, yloc string = yloc.price, color color = color.blue, style string = label.style_label_down, textcolor color = color.white, size string = size.normal, textalign string = text.align_center, tooltip string?, text_font_family string = font.family_default, force_overlay const bool = false, text_formatting text_format = text.format_none) -> series label
label.new(point chart.point, text string = "", xloc string = xloc.bar_index, yloc string = yloc.price, color color = color.blue, style string = label.style_label_down, textcolor color = color.white, size int = 12, textalign string = text.align_center, tooltip string?, text_font_family string = font.family_default, force_overlay const bool = false, text_formatting text_format = text.format_none) -> series label @6
    Draw a label.
label.copy(id label) -> series label
    Draw the same label once more.
label.delete(id label) -> void
    Take the label off the chart.
label.get_text(id label) -> series string
    The text of the label.
label.get_x(id label) -> series int
    The place of the label in time.
label.get_y(id label) -> series float
    The price of the label.
label.set_color(id label, color color) -> void
    Change the colour.
label.set_point(id label, point chart.point) -> void
    Move the label.
label.set_size(id label, size string) -> void
label.set_size(id label, size int) -> void @6
    Change the size.
label.set_style(id label, style string) -> void
    Change the style.
label.set_text(id label, text string) -> void
    Change the text.
label.set_text_font_family(id label, text_font_family string) -> void
    Change the font.
label.set_text_formatting(id label, text_formatting text_format) -> void @6
    Change the form of the letters.
label.set_textalign(id label, textalign string) -> void
    Change where the text stands.
label.set_textcolor(id label, textcolor color) -> void
    Change the colour of the text.
label.set_tooltip(id label, tooltip string) -> void
    Change the tooltip.
label.set_x(id label, x int) -> void
    Move the label in time.
label.set_xloc(id label, x int, xloc string) -> void
    Change what the place in time counts, and it.
label.set_xy(id label, x int, y float) -> void
    Move the label.
label.set_y(id label, y float) -> void
    Move the label in price.
label.set_yloc(id label, yloc string) -> void
    Change where the label stands.
label.all series array<label>
    All labels on the chart.
label.style_arrowdown const string = "arrowdown"
    An arrow down.
label.style_arrowup const string = "arrowup"
    An arrow up.
label.style_circle const string = "circle"
    A circle.
label.style_cross const string = "cross"
    A cross.
label.style_diamond const string = "diamond"
    A diamond.
label.style_flag const string = "flag"
    A flag.
label.style_label_center const string = "label_center"
    A label in the middle of the place.
label.style_label_down const string = "label_down"
    A label above the place.
label.style_label_left const string = "label_left"
    A label right of the place.
label.style_label_lower_left const string = "label_lower_left"
    A label with the place at its lower left.
label.style_label_lower_right const string = "label_lower_right"
    A label with the place at its lower right.
label.style_label_right const string = "label_right"
    A label left of the place.
label.style_label_up const string = "label_up"
    A label under the place.
label.style_label_upper_left const string = "label_upper_left"
    A label with the place at its upper left.
label.style_label_upper_right const string = "label_upper_right"
    A label with the place at its upper right.
label.style_none const string = "none"
    Text alone.
label.style_square const string = "square"
    A square.
label.style_text_outline const string = "text_outline"
    Text with an outline.
label.style_triangledown const string = "triangledown"
    A triangle down.
label.style_triangleup const string = "triangleup"
    A triangle up.
label.style_xcross const string = "xcross"
    A slanting cross.
box.new(left int, top float, right int, bottom float, border_color color = color.blue, border_width int = 1, border_style string = line.style_solid, extend string = extend.none, xloc string = xloc.bar_index, bgcolor color = color.blue, text string = "", text_size string = size.auto, text_color color = color.black, text_halign string = text.align_center, text_valign string = text.align_center, text_wrap string = text.wrap_none, text_font_family string = font.family_default, force_overlay const bool = false, text_formatting text_format = text.format_none) -> series box
box.new(left int, top float, right int, bottom float, border_color color = color.blue, border_width int = 1, border_style string = line.style_solid, extend string = extend.none, xloc string = xloc.bar_index, bgcolor color = color.blue, text string = "", text_size int = 0, text_color color = color.black, text_halign string = text.align_center, text_valign string = text.align_center, text_wrap string = text.wrap_none, text_font_family string = font.family_default, force_overlay const bool = false, text_formatting text_format = text.format_none) -> series box @6
box.new(top_left chart.point, bottom_right chart.point, border_color color = color.blue, border_width int = 1, border_style string = line.style_solid, extend string = extend.none, xloc string = xloc.bar_index, bgcolor color = color.blue, text string = "", text_size string = size.auto, text_color color = color.black, text_halign string = text.align_center, text_valign string = text.align_center, text_wrap string = text.wrap_none, text_font_family string = font.family_default, force_overlay const bool = false, text_formatting text_format = text.format_none) -> series box
box.new(top_left chart.point, bottom_right chart.point, border_color color = color.blue, border_width int = 1, border_style string = line.style_solid, extend string = extend.none, xloc string = xloc.bar_index, bgcolor color = color.blue, text string = "", text_size int = 0, text_color color = color.black, text_halign string = text.align_center, text_valign string = text.align_center, text_wrap string = text.wrap_none, text_font_family string = font.family_default, force_overlay const bool = false, text_formatting text_format = text.format_none) -> series box @6
    Draw a box.
box.copy(id box) -> series box
    Draw the same box once more.
box.delete(id box) -> void
    Take the box off the chart.
box.get_bottom(id box) -> series float
    The price of the bottom.
box.get_left(id box) -> series int
    The place of the left side.
box.get_right(id box) -> series int
    The place of the right side.
box.get_top(id box) -> series float
    The price of the top.
box.set_bgcolor(id box, color color) -> void
    Change the colour inside.
box.set_border_color(id box, color color) -> void
    Change the colour of the border.
box.set_border_style(id box, style string) -> void
    Change the style of the border.
box.set_border_width(id box, width int) -> void
    Change the width of the border.
box.set_bottom(id box, bottom float) -> void
    Move the bottom.
box.set_bottom_right_point(id box, point chart.point) -> void
    Move the lower right corner.
box.set_extend(id box, extend string) -> void
    Change how far the borders go on.
box.set_left(id box, left int) -> void
    Move the left side.
box.set_lefttop(id box, left int, top float) -> void
    Move the upper left corner.
box.set_right(id box, right int) -> void
    Move the right side.
box.set_rightbottom(id box, right int, bottom float) -> void
    Move the lower right corner.
box.set_text(id box, text string) -> void
    Change the text.
box.set_text_color(id box, text_color color) -> void
    Change the colour of the text.
box.set_text_font_family(id box, text_font_family string) -> void
    Change the font.
box.set_text_formatting(id box, text_formatting text_format) -> void @6
    Change the form of the letters.
box.set_text_halign(id box, text_halign string) -> void
    Change where the text stands across.
box.set_text_size(id box, text_size string) -> void
box.set_text_size(id box, text_size int) -> void @6
    Change the size of the text.
box.set_text_valign(id box, text_valign string) -> void
    Change where the text stands in height.
box.set_text_wrap(id box, text_wrap string) -> void
    Change whether the text is wrapped.
box.set_top(id box, top float) -> void
    Move the top.
box.set_top_left_point(id box, point chart.point) -> void
    Move the upper left corner.
box.set_xloc(id box, left int, right int, xloc string) -> void
    Change what the places in time count, and them.
box.all series array<box>
    All boxes on the chart.
linefill.new(line1 line, line2 line, color color) -> series linefill
    Fill what lies between two lines.
linefill.delete(id linefill) -> void
    Take the filling off the chart.
linefill.get_line1(id linefill) -> series line
    The first line.
linefill.get_line2(id linefill) -> series line
    The second line.
linefill.set_color(id linefill, color color) -> void
    Change the colour.
linefill.all series array<linefill>
    All fillings on the chart.
polyline.new(points array<chart.point>, curved bool = false, closed bool = false, xloc string = xloc.bar_index, line_color color = color.blue, fill_color color?, line_style string = line.style_solid, line_width int = 1, force_overlay const bool = false) -> series polyline
    Draw a line through many points.
polyline.delete(id polyline) -> void
    Take the line off the chart.
polyline.all series array<polyline>
    All such lines on the chart.
table.new(position string, columns int, rows int, bgcolor color?, frame_color color?, frame_width int = 0, border_color color?, border_width int = 0, force_overlay const bool = false) -> series table
    Draw a table.
table.cell(table_id table, column int, row int, text string = "", width float = 0, height float = 0, text_color color = color.black, text_halign string = text.align_center, text_valign string = text.align_center, text_size string = size.normal, bgcolor color?, tooltip string?, text_font_family string = font.family_default, text_formatting text_format = text.format_none) -> void
table.cell(table_id table, column int, row int, text string = "", width float = 0, height float = 0, text_color color = color.black, text_halign string = text.align_center, text_valign string = text.align_center, text_size int = 14, bgcolor color?, tooltip string?, text_font_family string = font.family_default, text_formatting text_format = text.format_none) -> void @6
    Fill a cell.
table.cell_set_bgcolor(table_id table, column int, row int, bgcolor color) -> void
    Change the colour of a cell.
table.cell_set_height(table_id table, column int, row int, height float) -> void
    Change the height of a cell.
table.cell_set_text(table_id table, column int, row int, text string) -> void
    Change the text of a cell.
table.cell_set_text_color(table_id table, column int, row int, text_color color) -> void
    Change the colour of the text of a cell.
table.cell_set_text_font_family(table_id table, column int, row int, text_font_family string) -> void
    Change the font of a cell.
table.cell_set_text_formatting(table_id table, column int, row int, text_formatting text_format) -> void @6
    Change the form of the letters of a cell.
table.cell_set_text_halign(table_id table, column int, row int, text_halign string) -> void
    Change where the text of a cell stands across.
table.cell_set_text_size(table_id table, column int, row int, text_size string) -> void
table.cell_set_text_size(table_id table, column int, row int, text_size int) -> void @6
    Change the size of the text of a cell.
table.cell_set_text_valign(table_id table, column int, row int, text_valign string) -> void
    Change where the text of a cell stands in height.
table.cell_set_tooltip(table_id table, column int, row int, tooltip string) -> void
    Change the tooltip of a cell.
table.cell_set_width(table_id table, column int, row int, width float) -> void
    Change the width of a cell.
table.clear(table_id table, start_column int, start_row int, end_column int?, end_row int?) -> void
    Empty a stretch of cells.
table.delete(table_id table) -> void
    Take the table off the chart.
table.merge_cells(table_id table, start_column int, start_row int, end_column int, end_row int) -> void
    Make one cell of several.
table.set_bgcolor(table_id table, bgcolor color) -> void
    Change the colour of the table.
table.set_border_color(table_id table, border_color color) -> void
    Change the colour of the borders.
table.set_border_width(table_id table, border_width int) -> void
    Change the width of the borders.
table.set_frame_color(table_id table, frame_color color) -> void
    Change the colour of the frame.
table.set_frame_width(table_id table, frame_width int) -> void
    Change the width of the frame.
table.set_position(table_id table, position string) -> void
    Move the table.
table.all series array<table>
    All tables on the chart.
xloc.bar_index const string = "bar_index"
    Places in time are numbers of bars.
xloc.bar_time const string = "bar_time"
    Places in time are times.
yloc.abovebar const string = "abovebar"
    Above the bar.
yloc.belowbar const string = "belowbar"
    Below the bar.
yloc.price const string = "price"
    At the price.
extend.both const string = "both"
    To both sides.
extend.left const string = "left"
    To the left.
extend.none const string = "none"
    To no side.
extend.right const string = "right"
    To the right.
font.family_default const string = "default"
    The font of the chart.
font.family_monospace const string = "monospace"
    A font of equal widths.
text.align_bottom const string = "bottom"
    At the bottom.
text.align_center const string = "center"
    In the middle.
text.align_left const string = "left"
    At the left.
text.align_right const string = "right"
    At the right.
text.align_top const string = "top"
    At the top.
text.format_bold const text_format = 1
    Bold.
text.format_italic const text_format = 2
    Italic.
text.format_none const text_format = 0
    As it is.
text.wrap_auto const string = "auto"
    Wrapped.
text.wrap_none const string = "none"
    In one line.
size.auto const string = "auto"
    As it fits.
size.tiny const string = "tiny"
    Tiny.
size.small const string = "small"
    Small.
size.normal const string = "normal"
    Normal.
size.large const string = "large"
    Large.
size.huge const string = "huge"
    Huge.
position.bottom_center const string = "bottom_center"
    Bottom, centre.
position.bottom_left const string = "bottom_left"
    Bottom, left.
position.bottom_right const string = "bottom_right"
    Bottom, right.
position.middle_center const string = "middle_center"
    Middle, centre.
position.middle_left const string = "middle_left"
    Middle, left.
position.middle_right const string = "middle_right"
    Middle, right.
position.top_center const string = "top_center"
    Top, centre.
position.top_left const string = "top_left"
    Top, left.
position.top_right const string = "top_right"
    Top, right.
"""
