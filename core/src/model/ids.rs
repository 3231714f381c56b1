//! Numbers of things in lists, as types of their own: the number of a pod is no number of a node.

/// Defines ids: places in lists, each list with a type.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u32);

        impl $name {
            /// Its place in the list that it numbers.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}
pub(crate) use ids;
