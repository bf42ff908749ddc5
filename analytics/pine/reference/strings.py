"""`str.*`: texts."""

ENTRIES = """
str.contains(source string, str string) -> bool
    Whether the text has the other in it.
str.endswith(source string, str string) -> bool
    Whether the text ends with the other.
str.format(formatString string, arg any...) -> string
    The text with its placeholders, such as `{0,number,#.##}`, filled in.
str.format_time(time int, format string = "yyyy-MM-dd'T'HH:mm:ssZ", timezone string?) -> string
    A time as text, in the time zone of the symbol if no other is named.
str.length(string string) -> int
    How many characters the text has.
str.lower(source string) -> string
    The text in small letters.
str.match(source string, regex string) -> string
    The first part of the text that the regular expression describes.
str.pos(source string, str string) -> int
    Where the other text begins in this one.
str.repeat(source string, repeat int, separator string = "") -> string
    The text several times, with the separator between.
str.replace(source string, target string, replacement string, occurrence int = 0) -> string
    The text with the n-th occurrence of the target replaced.
str.replace_all(source string, target string, replacement string) -> string
    The text with each occurrence of the target replaced.
str.split(string string, separator string) -> series array<string>
    The parts of the text between the separators.
str.startswith(source string, str string) -> bool
    Whether the text begins with the other.
str.substring(source string, begin_pos int) -> string
str.substring(source string, begin_pos int, end_pos int) -> string
    The part of the text between two positions.
str.tonumber(string string) -> float
    The number that the text shows, missing if it shows none.
str.tostring(value string) -> string
str.tostring(value float, format string = "") -> string
str.tostring(value bool) -> string
str.tostring(value enum) -> string
str.tostring(value array<any>, format string = "") -> series string
str.tostring(value matrix<any>, format string = "") -> series string
    The value as text.
str.trim(source string) -> string
    The text without spaces around it.
str.upper(source string) -> string
    The text in capital letters.
"""
