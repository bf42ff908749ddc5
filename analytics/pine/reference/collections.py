"""`array.*`, `matrix.*` and `map.*`."""

ENTRIES = """
array.new(size int = 0, initial_value T?) -> series array<T>
    A new array.
array.new_bool(size int = 0, initial_value bool?) -> series array<bool>
    A new array of bools.
array.new_box(size int = 0, initial_value box?) -> series array<box>
    A new array of boxes.
array.new_color(size int = 0, initial_value color?) -> series array<color>
    A new array of colours.
array.new_float(size int = 0, initial_value float?) -> series array<float>
    A new array of numbers.
array.new_int(size int = 0, initial_value int?) -> series array<int>
    A new array of whole numbers.
array.new_label(size int = 0, initial_value label?) -> series array<label>
    A new array of labels.
array.new_line(size int = 0, initial_value line?) -> series array<line>
    A new array of lines.
array.new_linefill(size int = 0, initial_value linefill?) -> series array<linefill>
    A new array of fillings.
array.new_string(size int = 0, initial_value string?) -> series array<string>
    A new array of texts.
array.new_table(size int = 0, initial_value table?) -> series array<table>
    A new array of tables.
array.from(arg T...) -> series array<T>
    An array of the values.
array.abs(id array<N>) -> series array<N>
    The absolute values.
array.avg(id array<N>) -> series float
    The mean.
array.binary_search(id array<T>, val float, sort_field const int = 0) -> series int @6
array.binary_search(id array<T>, val float, sort_field const string) -> series int @6
array.binary_search(id array<T>, val float) -> series int := id, val, 0 @5
    Where the value stands in a sorted array, -1 if it is not there.
array.binary_search_leftmost(id array<T>, val float, sort_field const int = 0) -> series int @6
array.binary_search_leftmost(id array<T>, val float, sort_field const string) -> series int @6
array.binary_search_leftmost(id array<T>, val float) -> series int := id, val, 0 @5
    Where the value stands first in a sorted array, or what is left of where it would.
array.binary_search_rightmost(id array<T>, val float, sort_field const int = 0) -> series int @6
array.binary_search_rightmost(id array<T>, val float, sort_field const string) -> series int @6
array.binary_search_rightmost(id array<T>, val float) -> series int := id, val, 0 @5
    Where the value stands last in a sorted array, or what is right of where it would.
array.clear(id array<T>) -> void
    Take all items out.
array.concat(id1 array<T>, id2 array<T>) -> series array<T>
    Put the items of the second array behind those of the first.
array.copy(id array<T>) -> series array<T>
    A new array with the same items.
array.covariance(id1 array<N>, id2 array<N>, biased bool = true) -> series float
    The covariance of two arrays.
array.every(id array<any>) -> series bool
    Whether all items are true.
array.fill(id array<T>, value T, index_from int = 0, index_to int?) -> void
    Set a stretch of items to a value.
array.first(id array<T>) -> series T
    The first item.
array.get(id array<T>, index int) -> series T
    The item at an index; a negative one counts from the end.
array.includes(id array<T>, value T) -> series bool
    Whether the value is in the array.
array.indexof(id array<T>, value T) -> series int
    Where the value stands first, -1 if it is not there.
array.insert(id array<T>, index int, value T) -> void
    Put an item in before an index.
array.join(id array<any>, separator string = "") -> series string
    The items as one text.
array.last(id array<T>) -> series T
    The last item.
array.lastindexof(id array<T>, value T) -> series int
    Where the value stands last, -1 if it is not there.
array.max(id array<N>, nth int = 0) -> series N
    The n-th greatest item.
array.median(id array<N>) -> series N
    The item in the middle.
array.min(id array<N>, nth int = 0) -> series N
    The n-th least item.
array.mode(id array<N>) -> series N
    The item that occurs most often.
array.percentile_linear_interpolation(id array<N>, percentage float) -> series float
    The value below which the given part lies, interpolated.
array.percentile_nearest_rank(id array<N>, percentage float) -> series N
    The item below which the given part lies.
array.percentrank(id array<N>, index int) -> series float
    How many per cent of the items are no greater than the one at the index.
array.pop(id array<T>) -> series T
    Take the last item out.
array.push(id array<T>, value T) -> void
    Put an item at the end.
array.range(id array<N>) -> series N
    The greatest less the least item.
array.remove(id array<T>, index int) -> series T
    Take an item out.
array.reverse(id array<T>) -> void
    Turn the order round.
array.set(id array<T>, index int, value T) -> void
    Change an item.
array.shift(id array<T>) -> series T
    Take the first item out.
array.size(id array<T>) -> series int
    How many items there are.
array.slice(id array<T>, index_from int, index_to int) -> series array<T>
    A view of a stretch of the array.
array.some(id array<any>) -> series bool
    Whether an item is true.
array.sort(id array<T>, order sort_order = order.ascending, sort_field const int = 0) -> void @6
array.sort(id array<T>, order sort_order = order.ascending, sort_field const string) -> void @6
array.sort(id array<T>, order sort_order = order.ascending) -> void := id, order, 0 @5
    Sort the items.
array.sort_indices(id array<T>, order sort_order = order.ascending, sort_field const int = 0) -> series array<int> @6
array.sort_indices(id array<T>, order sort_order = order.ascending, sort_field const string) -> series array<int> @6
array.sort_indices(id array<T>, order sort_order = order.ascending) -> series array<int> := id, order, 0 @5
    The indices in the order in which the items would be sorted.
array.standardize(id array<N>) -> series array<float>
    The items less their mean, in standard deviations.
array.stdev(id array<N>, biased bool = true) -> series float
    The standard deviation.
array.sum(id array<N>) -> series N
    The sum.
array.unshift(id array<T>, value T) -> void
    Put an item at the beginning.
array.variance(id array<N>, biased bool = true) -> series float
    The variance.
matrix.new(rows int = 0, columns int = 0, initial_value T?) -> series matrix<T>
    A new matrix.
matrix.add_col(id matrix<T>, column int?, array_id array<T>?) -> void
    Put a column in.
matrix.add_row(id matrix<T>, row int?, array_id array<T>?) -> void
    Put a row in.
matrix.avg(id matrix<N>) -> series float
    The mean of all items.
matrix.col(id matrix<T>, column int) -> series array<T>
    A column as a new array.
matrix.columns(id matrix<T>) -> series int
    How many columns there are.
matrix.concat(id1 matrix<T>, id2 matrix<T>) -> series matrix<T>
    Put the rows of the second matrix under those of the first.
matrix.copy(id matrix<T>) -> series matrix<T>
    A new matrix with the same items.
matrix.det(id matrix<N>) -> series float
    The determinant.
matrix.diff(id1 matrix<N>, id2 matrix<N>) -> series matrix<float>
matrix.diff(id1 matrix<N>, id2 float) -> series matrix<float>
    The difference to a matrix or a number.
matrix.eigenvalues(id matrix<N>) -> series array<float>
    The eigenvalues.
matrix.eigenvectors(id matrix<N>) -> series matrix<float>
    The eigenvectors as columns.
matrix.elements_count(id matrix<T>) -> series int
    How many items there are.
matrix.fill(id matrix<T>, value T, from_row int = 0, to_row int?, from_column int = 0, to_column int?) -> void
    Set a part of the matrix to a value.
matrix.get(id matrix<T>, row int, column int) -> series T
    An item.
matrix.inv(id matrix<N>) -> series matrix<float>
    The inverse.
matrix.is_antidiagonal(id matrix<N>) -> series bool
    Whether only the other diagonal has values.
matrix.is_antisymmetric(id matrix<N>) -> series bool
    Whether the transposed matrix is the negative one.
matrix.is_binary(id matrix<N>) -> series bool
    Whether all items are 0 or 1.
matrix.is_diagonal(id matrix<N>) -> series bool
    Whether only the diagonal has values.
matrix.is_identity(id matrix<N>) -> series bool
    Whether the diagonal is 1 and the rest 0.
matrix.is_square(id matrix<T>) -> series bool
    Whether there are as many rows as columns.
matrix.is_stochastic(id matrix<N>) -> series bool
    Whether the items of each row add up to 1.
matrix.is_symmetric(id matrix<N>) -> series bool
    Whether the transposed matrix is the same.
matrix.is_triangular(id matrix<N>) -> series bool
    Whether all above or all below the diagonal is 0.
matrix.is_zero(id matrix<N>) -> series bool
    Whether all items are 0.
matrix.kron(id1 matrix<N>, id2 matrix<N>) -> series matrix<float>
    Kronecker's product.
matrix.max(id matrix<N>) -> series N
    The greatest item.
matrix.median(id matrix<N>) -> series float
    The item in the middle.
matrix.min(id matrix<N>) -> series N
    The least item.
matrix.mode(id matrix<N>) -> series N
    The item that occurs most often.
matrix.mult(id1 matrix<N>, id2 matrix<N>) -> series matrix<float>
matrix.mult(id1 matrix<N>, id2 array<float>) -> series array<float>
matrix.mult(id1 matrix<N>, id2 array<int>) -> series array<float>
matrix.mult(id1 matrix<N>, id2 float) -> series matrix<float>
    The product with a matrix, an array or a number.
matrix.pinv(id matrix<N>) -> series matrix<float>
    The pseudoinverse.
matrix.pow(id matrix<N>, power int) -> series matrix<float>
    The matrix multiplied with itself.
matrix.rank(id matrix<N>) -> series int
    The rank.
matrix.remove_col(id matrix<T>, column int?) -> series array<T>
    Take a column out.
matrix.remove_row(id matrix<T>, row int?) -> series array<T>
    Take a row out.
matrix.reshape(id matrix<T>, rows int, columns int) -> void
    Arrange the items in other rows and columns.
matrix.reverse(id matrix<T>) -> void
    Turn the order of rows and columns round.
matrix.row(id matrix<T>, row int) -> series array<T>
    A row as a new array.
matrix.rows(id matrix<T>) -> series int
    How many rows there are.
matrix.set(id matrix<T>, row int, column int, value T) -> void
    Change an item.
matrix.sort(id matrix<T>, column int = 0, order sort_order = order.ascending, sort_field const int = 0) -> void @6
matrix.sort(id matrix<T>, column int = 0, order sort_order = order.ascending, sort_field const string) -> void @6
matrix.sort(id matrix<T>, column int = 0, order sort_order = order.ascending) -> void := id, column, order, 0 @5
    Sort the rows by a column.
matrix.submatrix(id matrix<T>, from_row int = 0, to_row int?, from_column int = 0, to_column int?) -> series matrix<T>
    A part of the matrix as a new one.
matrix.sum(id1 matrix<N>, id2 matrix<N>) -> series matrix<float>
matrix.sum(id1 matrix<N>, id2 float) -> series matrix<float>
    The sum with a matrix or a number.
matrix.swap_columns(id matrix<T>, column1 int, column2 int) -> void
    Exchange two columns.
matrix.swap_rows(id matrix<T>, row1 int, row2 int) -> void
    Exchange two rows.
matrix.trace(id matrix<N>) -> series float
    The sum of the diagonal.
matrix.transpose(id matrix<T>) -> series matrix<T>
    The matrix with rows for columns.
map.new() -> series map<K, V>
    A new map.
map.clear(id map<K, V>) -> void
    Take all pairs out.
map.contains(id map<K, V>, key K) -> series bool
    Whether the key is there.
map.copy(id map<K, V>) -> series map<K, V>
    A new map with the same pairs.
map.get(id map<K, V>, key K) -> series V
    The value of a key, missing if it is not there.
map.keys(id map<K, V>) -> series array<K>
    The keys in the order they were put in.
map.put(id map<K, V>, key K, value V) -> series V
    Put a pair in; the value that was there before.
map.put_all(id map<K, V>, id2 map<K, V>) -> void
    Put all pairs of another map in.
map.remove(id map<K, V>, key K) -> series V
    Take a pair out; its value.
map.size(id map<K, V>) -> series int
    How many pairs there are.
map.values(id map<K, V>) -> series array<V>
    The values in the order they were put in.
order.ascending const sort_order = "ascending"
    The least first.
order.descending const sort_order = "descending"
    The greatest first.
"""
