//! What a derivative takes before it is run, and a limit of memory that is kept.

use super::Function;
use super::path::{Kind, Path, Sparse};
use crate::error::{Error, ErrorKind};
use crate::program::Program;
use crate::sparse::{Compression, Symmetry, sweeps};
use std::fmt;
use std::sync::Arc;

/// Something that can be asked of a function at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Derivative {
    /// The outputs.
    Value,
    /// Value and gradient of one output.
    Gradient,
    /// The Jacobian times a direction.
    Jvp,
    /// Weights times the Jacobian.
    Vjp,
    /// Gradient, and the Hessian times a direction.
    Hvp,
    /// The Jacobian with all its entries.
    Jacobian,
    /// The Hessian with all its entries.
    Hessian,
    /// The Jacobian by its pattern.
    SparseJacobian,
    /// The Hessian by its pattern.
    SparseHessian,
}

impl Derivative {
    /// All of them, cheap ones first.
    pub const ALL: [Derivative; 9] = [
        Derivative::Value,
        Derivative::Gradient,
        Derivative::Jvp,
        Derivative::Vjp,
        Derivative::Hvp,
        Derivative::Jacobian,
        Derivative::SparseJacobian,
        Derivative::Hessian,
        Derivative::SparseHessian,
    ];

    /// Whether it is of one output only.
    fn is_of_one(self) -> bool {
        use Derivative::{Gradient, Hessian, Hvp, SparseHessian};
        matches!(self, Gradient | Hvp | Hessian | SparseHessian)
    }

    /// Whether it is a matrix, which takes sweeps after its program.
    fn is_matrix(self) -> bool {
        matches!(self.kind(), Kind::Edges | Kind::GradientEdges)
    }

    /// The program that is run for it.
    fn kind(self) -> Kind {
        match self {
            Derivative::Value => Kind::Value,
            Derivative::Gradient => Kind::Gradient,
            Derivative::Jvp => Kind::Jvp,
            Derivative::Vjp => Kind::Vjp,
            Derivative::Hvp => Kind::Hvp,
            Derivative::Jacobian | Derivative::SparseJacobian => Kind::Edges,
            Derivative::Hessian | Derivative::SparseHessian => Kind::GradientEdges,
        }
    }

    /// What to do instead where there is too little memory.
    fn instead(self) -> &'static str {
        match self {
            Derivative::Jacobian => {
                "ask for `sparse_jacobian`, or for `jvp` or `vjp` in single directions, or raise the limit"
            }
            Derivative::Hessian => {
                "ask for `sparse_hessian`, or for `hvp` in single directions, or raise the limit"
            }
            Derivative::SparseJacobian => {
                "ask for `jvp` or `vjp` in single directions, or raise the limit"
            }
            Derivative::SparseHessian => "ask for `hvp` in single directions, or raise the limit",
            _ => {
                "raise the limit, or record one row of a sum and run it over all rows in a `Kernel`"
            }
        }
    }
}

/// In words: `value`, `gradient`, `sparse Hessian`.
impl fmt::Display for Derivative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Derivative::Value => "value",
            Derivative::Gradient => "gradient",
            Derivative::Jvp => "Jacobian·vector",
            Derivative::Vjp => "vector·Jacobian",
            Derivative::Hvp => "Hessian·vector",
            Derivative::Jacobian => "Jacobian",
            Derivative::Hessian => "Hessian",
            Derivative::SparseJacobian => "sparse Jacobian",
            Derivative::SparseHessian => "sparse Hessian",
        })
    }
}

/// What evaluating a derivative at one point takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Of what.
    pub derivative: Derivative,
    /// Operations, the multiplications of sweeps included, and those inside of calls as far as they
    /// are known.
    pub operations: usize,
    /// Walks over the program: one, or one more for each eight directions of a matrix.
    pub sweeps: usize,
    /// Directions of a sparse matrix after compression.
    pub colours: Option<usize>,
    /// Bytes of the program, of the scratch memory and of the result.
    pub bytes: usize,
}

impl Function {
    /// What `derivative` takes. Its program is made for it, and colours are found; nothing is
    /// evaluated.
    ///
    /// ```
    /// use chainrule::Function;
    /// use chainrule::function::Derivative;
    /// let f = Function::record(["x", "y"], |[x, y]| x * y.sin())?;
    /// assert_eq!(f.cost(Derivative::Value)?.operations, 2);
    /// assert_eq!(f.cost(Derivative::Gradient)?.operations, 4);
    /// assert_eq!(f.cost(Derivative::SparseHessian)?.colours, Some(2));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If it is of one output and the function has several.
    pub fn cost(&self, derivative: Derivative) -> Result<Cost, Error> {
        if derivative.is_of_one() {
            self.single()?;
        }
        let path = self.first_path();
        let (n, m) = (path.inputs, path.outputs);
        let program = path.derived(derivative.kind());
        let mut cost = Cost {
            derivative,
            operations: program.work(),
            sweeps: 1,
            colours: None,
            bytes: scratch(program) + result(derivative, &path) + held(derivative, program),
        };
        if !derivative.is_matrix() {
            return Ok(cost);
        }
        let sparse = sparse(&path, derivative);
        let directions = match derivative {
            Derivative::Jacobian => n.min(m),
            Derivative::Hessian => n,
            _ => sparse.compression().colours(),
        };
        cost.operations += sparse.linear.edges() * directions;
        if matches!(derivative, Derivative::Jacobian | Derivative::Hessian) {
            let forward = derivative == Derivative::Hessian || n < m;
            cost.sweeps += sweeps(directions);
            cost.bytes += bytes_of_sweeps(sparse, directions, forward);
        } else {
            cost.sweeps += sparse.compression().sweeps();
            cost.colours = Some(directions);
            cost.bytes = bytes_of_plan(sparse, sparse.compression());
        }
        Ok(cost)
    }

    /// The cost of everything that can be asked of this function, cheap things first.
    #[must_use]
    pub fn costs(&self) -> Vec<Cost> {
        Derivative::ALL.into_iter().filter_map(|d| self.cost(d).ok()).collect()
    }

    /// The same function, which refuses what would take more than so many bytes: program, scratch
    /// memory and result together, [`Cost::bytes`]. Results of dense matrices are refused before
    /// anything is made for them; other derivatives after their program was made, which takes about
    /// four times as long as the recorded one, and before it is run.
    ///
    /// ```
    /// use chainrule::Function;
    /// let names: Vec<String> = (0..3000).map(|i| format!("x{i}")).collect();
    /// let names: Vec<&str> = names.iter().map(String::as_str).collect();
    /// let f = Function::record_slices(&names, &[0.0; 3000], |x| vec![chainrule::norm2(x)])?;
    /// let error = f.with_memory_limit(10 << 20).hessian(&[1.0; 3000]).unwrap_err();
    /// assert!(error.to_string().starts_with("the Hessian takes 72.1 MB, above the limit of 10.5 MB"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn with_memory_limit(&self, bytes: usize) -> Self {
        Function { limit: Some(bytes), ..self.clone() }
    }

    /// The limit set by [`with_memory_limit`](Function::with_memory_limit).
    #[must_use]
    pub fn memory_limit(&self) -> Option<usize> {
        self.limit
    }

    /// Fails if `derivative`, which is no sparse one, takes more memory than allowed.
    pub(super) fn afford(&self, derivative: Derivative) -> Result<(), Error> {
        let Some(limit) = self.limit else { return Ok(()) };
        let path = self.first_path();
        // The least that it can be, before anything is made.
        let least = result(derivative, &path) + scratch(&path.program);
        refuse_above(limit, least, derivative)?;
        let program = path.derived(derivative.kind());
        let mut bytes = scratch(program) + result(derivative, &path) + held(derivative, program);
        let (n, m) = (path.inputs, path.outputs);
        bytes += match derivative {
            Derivative::Jacobian => bytes_of_sweeps(sparse(&path, derivative), n.min(m), n < m),
            Derivative::Hessian => bytes_of_sweeps(sparse(&path, derivative), n, true),
            _ => 0,
        };
        refuse_above(limit, bytes, derivative)
    }

    /// The same before the program of that kind is run; matrices were asked for before.
    #[inline]
    pub(super) fn afford_kind(&self, kind: Kind) -> Result<(), Error> {
        if self.limit.is_none() {
            return Ok(());
        }
        match Derivative::ALL.into_iter().find(|d| d.kind() == kind) {
            Some(derivative) if !derivative.is_matrix() => self.afford(derivative),
            _ => Ok(()),
        }
    }

    /// The same for several directions at once.
    pub(super) fn afford_directions(
        &self,
        derivative: Derivative,
        directions: usize,
    ) -> Result<(), Error> {
        let Some(limit) = self.limit else { return Ok(()) };
        let path = self.first_path();
        let (symmetry, forward) = match derivative {
            Derivative::Hvp => (Symmetry::Symmetric, true),
            _ => (Symmetry::None, derivative == Derivative::Jvp),
        };
        let sparse = path.sparse(symmetry);
        let program = &sparse.linear.program;
        let results = directions.saturating_mul(result(derivative, &path));
        let bytes = scratch(program) + program.bytes() + results;
        refuse_above(limit, bytes + bytes_of_sweeps(sparse, directions, forward), derivative)
    }

    /// The same for a sparse matrix whose entries are found in that way.
    pub(super) fn afford_sparse(
        &self,
        kind: Kind,
        sparse: &Sparse,
        compression: &Compression,
    ) -> Result<(), Error> {
        let Some(limit) = self.limit else { return Ok(()) };
        let derivative = match kind {
            Kind::Edges => Derivative::SparseJacobian,
            _ => Derivative::SparseHessian,
        };
        refuse_above(limit, bytes_of_plan(sparse, compression), derivative)
    }
}

/// Bytes of a sparse matrix and of what is needed to find its entries.
fn bytes_of_plan(Sparse { linear, pattern, .. }: &Sparse, compression: &Compression) -> usize {
    let numbers = compression.scratch(linear) + pattern.len();
    scratch(&linear.program) + linear.program.bytes() + numbers * size_of::<f64>()
}

fn bytes_of_sweeps(sparse: &Sparse, directions: usize, forward: bool) -> usize {
    sparse.linear.scratch(directions, forward) * size_of::<f64>()
}

fn refuse_above(limit: usize, bytes: usize, derivative: Derivative) -> Result<(), Error> {
    if bytes <= limit {
        return Ok(());
    }
    let (bytes, limit) = (size(bytes), size(limit));
    let message = format!("the {derivative} takes {bytes}, above the limit of {limit}");
    Err(Error::new(ErrorKind::Limit, message).hint(derivative.instead()))
}

fn sparse(path: &Arc<Path>, derivative: Derivative) -> &Sparse {
    path.sparse(match derivative.kind() {
        Kind::GradientEdges => Symmetry::Symmetric,
        _ => Symmetry::None,
    })
}

/// Bytes of the program; but for matrices it is kept as it is written and as it is run.
fn held(derivative: Derivative, program: &Program) -> usize {
    if derivative.is_matrix() { program.bytes() } else { 2 * program.bytes() }
}

/// Bytes of the values of all nodes, inputs twice.
fn scratch(program: &Program) -> usize {
    (program.len() + program.inputs().len()) * size_of::<f64>()
}

/// Bytes of what is returned.
fn result(derivative: Derivative, path: &Arc<Path>) -> usize {
    let (n, m) = (path.inputs, path.outputs);
    let numbers = match derivative {
        Derivative::Value => m,
        Derivative::Gradient => 1 + n,
        Derivative::Jvp => 2 * m,
        Derivative::Vjp => m + n,
        Derivative::Hvp => 1 + 2 * n,
        Derivative::Jacobian => m.saturating_mul(n),
        Derivative::Hessian => n.saturating_mul(n).saturating_add(1 + n),
        // What a pattern holds is known once it is found.
        Derivative::SparseJacobian | Derivative::SparseHessian => 0,
    };
    numbers.saturating_mul(size_of::<f64>())
}

/// A number of bytes for people: `72 MB`.
#[must_use]
pub fn size(bytes: usize) -> String {
    const UNITS: [&str; 7] = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"];
    let (mut amount, mut unit) = (bytes as f64, 0);
    while amount >= 999.5 && unit + 1 < UNITS.len() {
        amount /= 1000.0;
        unit += 1;
    }
    format!("{} {}", crate::expression::significant(amount, 3), UNITS[unit])
}
