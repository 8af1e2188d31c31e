//! Peers in other languages that live in a shared object with the interface of `cpp/peer.h`.

use crate::timing::{Answer, Entry, in_turn};
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::mem::transmute;

type Name = unsafe extern "C" fn(c_int) -> *const c_char;
type Prepare = unsafe extern "C" fn(c_int, *const c_char, *const f64, usize) -> *mut c_void;
type Gradient = unsafe extern "C" fn(*mut c_void, *const f64, usize, *mut f64) -> f64;

/// One shared object; it stays loaded.
pub struct Library {
    name: Name,
    prepare: Prepare,
    gradient: Gradient,
}

impl Library {
    pub fn open(file: &str) -> Result<Self, String> {
        let path = CString::new(file).map_err(|_| format!("{file:?} is no file name"))?;
        // SAFETY: the file is one that the caller built from `cpp/`, whose loading has no effects to mind.
        let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW) };
        if handle.is_null() {
            // SAFETY: after a failure the text is there until the next call.
            let why = unsafe { CStr::from_ptr(libc::dlerror()) };
            return Err(format!("cannot load {file}: {}", why.to_string_lossy()));
        }
        let symbol = |name: &CStr| {
            // SAFETY: the handle is open.
            let found = unsafe { libc::dlsym(handle, name.as_ptr()) };
            (!found.is_null()).then_some(found).ok_or(format!("{file} lacks {name:?}"))
        };
        // SAFETY: `cpp/peer.h` declares the three functions with these types.
        unsafe {
            Ok(Library {
                name: transmute::<*mut c_void, Name>(symbol(c"peer_name")?),
                prepare: transmute::<*mut c_void, Prepare>(symbol(c"peer_prepare")?),
                gradient: transmute::<*mut c_void, Gradient>(symbol(c"peer_gradient")?),
            })
        }
    }

    /// Its ways of taking the gradient of a workload at a point.
    pub fn entries<'a>(&self, workload: &str, data: &[f64], at: &'a [f64]) -> Vec<Entry<'a>> {
        let workload = CString::new(workload).expect("names of workloads have no zero byte");
        let gradient = self.gradient;
        let mut entries = Vec::new();
        for way in 0.. {
            // SAFETY: the function takes any number.
            let name = unsafe { (self.name)(way) };
            if name.is_null() {
                break;
            }
            // SAFETY: it is a constant text of the library, which stays loaded.
            let name = unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned();
            // SAFETY: text and data are there during the call, which copies what it keeps.
            let prepared =
                unsafe { (self.prepare)(way, workload.as_ptr(), data.as_ptr(), data.len()) };
            if prepared.is_null() {
                continue;
            }
            let mut slopes = vec![0.0; at.len()];
            let run = move |slopes: &mut [f64]| {
                let at = std::hint::black_box(at);
                // SAFETY: `prepared` came from this library; as many slopes as inputs are written.
                unsafe { gradient(prepared, at.as_ptr(), at.len(), slopes.as_mut_ptr()) }
            };
            let value = run(&mut slopes);
            let answer = Answer { value, gradient: slopes.clone() };
            let run = in_turn(move || {
                std::hint::black_box(run(&mut slopes));
                std::hint::black_box(&mut slopes);
            });
            entries.push(Entry::foreign(name, answer, run));
        }
        entries
    }
}
