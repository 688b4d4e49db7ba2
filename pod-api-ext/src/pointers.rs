//! Implements public traits for pointers to their implementations, so that these can be chosen at run time, or shared.

/// Implements a trait for `Box` and `Arc`, from its methods, which take `&self`.
macro_rules! pointers {
    ($trait:ident {
        $(fn $name:ident $(<$a:lifetime>)? ($($argument:ident: $type:ty),*) $(-> $output:ty)?;)*
    }) => {
        pointers!(@for Box, $trait { $(fn $name $(<$a>)? ($($argument: $type),*) $(-> $output)?;)* });
        pointers!(@for Arc, $trait { $(fn $name $(<$a>)? ($($argument: $type),*) $(-> $output)?;)* });
    };
    (@for $pointer:ident, $trait:ident {
        $(fn $name:ident $(<$a:lifetime>)? ($($argument:ident: $type:ty),*) $(-> $output:ty)?;)*
    }) => {
        impl<T: $trait + ?Sized> $trait for $pointer<T> {
            $(fn $name $(<$a>)? (& $($a)? self $(, $argument: $type)*) $(-> $output)? {
                (**self).$name($($argument),*)
            })*
        }
    };
}
pub(crate) use pointers;
