//! Write a function, see its computational graph, trust its derivative, find its minimum.
