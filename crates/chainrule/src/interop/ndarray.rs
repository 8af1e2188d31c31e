//! Arrays of `ndarray` with [`Scalar`]s in them.

use crate::scalar::{self, Scalar};
use ndarray::{Array, Dimension, ScalarOperand};

/// `2.0 * &array` and the like, with a scalar of a recording.
impl ScalarOperand for Scalar {}

/// The value of a function of an array, and its gradient in the array's shape.
///
/// ```
/// use chainrule::interop::ndarray::value_and_gradient;
/// use ndarray::array;
/// let a = array![[2.0, 1.0], [1.0, 3.0]];
/// let quadratic = |x: ndarray::Array1<chainrule::scalar::Scalar>| {
///     x.dot(&a.mapv(Into::into).dot(&x))
/// };
/// let (value, gradient) = value_and_gradient(quadratic, &array![1.0, 2.0]);
/// assert_eq!(value, 18.0);
/// assert_eq!(gradient, array![8.0, 14.0]); // 2Ax
/// ```
///
/// # Panics
///
/// If the result belongs to another recording.
pub fn value_and_gradient<D: Dimension>(
    f: impl FnOnce(Array<Scalar, D>) -> Scalar,
    x: &Array<f64, D>,
) -> (f64, Array<f64, D>) {
    let shape = x.raw_dim();
    let flat: Vec<f64> = x.iter().copied().collect();
    let of_shape = |x: &[Scalar]| {
        Array::from_shape_vec(shape.clone(), x.to_vec()).expect("as many elements as before")
    };
    let (value, gradient) = scalar::value_and_grad(|x| f(of_shape(x)), &flat);
    let gradient = Array::from_shape_vec(shape.clone(), gradient);
    (value, gradient.expect("as many elements as before"))
}
