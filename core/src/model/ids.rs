//! Numbers of things in lists, as types of their own: the number of a pod is no number of a node.

/// Defines ids: places in lists, each list with a type.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u32);

        #[allow(dead_code, reason = "not every list is asked for all of this")]
        impl $name {
            /// Its place in the list that it numbers.
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// The id of the entry at this place of the list.
            pub const fn at(place: usize) -> Self {
                $name(place as u32)
            }

            /// The id of the last entry of a list, which has one.
            pub const fn last<T>(list: &[T]) -> Self {
                Self::at(list.len().saturating_sub(1))
            }

            /// Entries of the list, from its beginning on, each with its id.
            pub fn each<T>(list: impl IntoIterator<Item = T>) -> impl Iterator<Item = (Self, T)> {
                (0..).map($name).zip(list)
            }
        }
    )*};
}
pub(crate) use ids;
