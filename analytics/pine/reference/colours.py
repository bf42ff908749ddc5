"""`color.*`."""

ENTRIES = """
color.b(color color) -> float
    The blue part of a colour, from 0 to 255.
color.from_gradient(value float, bottom_value float, top_value float, bottom_color color, top_color color) -> series color
    The colour between two, where the value lies between two others.
color.g(color color) -> float
    The green part of a colour, from 0 to 255.
color.new(color color, transp float = 0) -> color
    The colour with another transparency, from 0 to 100.
color.r(color color) -> float
    The red part of a colour, from 0 to 255.
color.rgb(red float, green float, blue float, transp float = 0) -> color
    The colour of three parts from 0 to 255.
color.t(color color) -> float
    The transparency of a colour, from 0 to 100.
color.aqua const color = #00BCD4
    Aqua.
color.black const color = #363A45
    Black.
color.blue const color = #2962FF
    Blue.
color.fuchsia const color = #E040FB
    Fuchsia.
color.gray const color = #787B86
    Gray.
color.green const color = #4CAF50
    Green.
color.lime const color = #00E676
    Lime.
color.maroon const color = #880E4F
    Maroon.
color.navy const color = #311B92
    Navy.
color.olive const color = #808000
    Olive.
color.orange const color = #FF9800
    Orange.
color.purple const color = #9C27B0
    Purple.
color.red const color = #F23645
    Red.
color.silver const color = #B2B5BE
    Silver.
color.teal const color = #089981
    Teal.
color.white const color = #FFFFFF
    White.
color.yellow const color = #FDD835
    Yellow.
"""

OF_VERSION_5 = {"color.red": "#FF5252", "color.teal": "#00897B", "color.yellow": "#FFEB3B"}
"""What these colours were before version 6."""
