//! Pictures of computational graphs: layout, SVG and PNG, and plots.
