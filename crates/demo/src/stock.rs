//! What the shop sells.

use crate::dice::Dice;

pub(crate) const CATEGORIES: [&str; 6] = ["kitchen", "garden", "lighting", "textiles", "desk", "travel"];

/// What people type into the search, how often per hundred, and the share of searches that finds something.
pub(crate) const SEARCHES: [(u32, (&str, f64)); 10] = [
    (23, ("lamp", 1.0)),
    (17, ("teapot", 1.0)),
    (13, ("linen", 0.98)),
    (11, ("planter", 0.97)),
    (10, ("notebook", 0.99)),
    (8, ("rucksack", 0.96)),
    (7, ("knife", 0.98)),
    (5, ("gift card", 0.02)),
    (4, ("umbrella", 0.0)),
    (2, ("left-handed scissors", 0.0)),
];

const PER_CATEGORY: usize = 20;

/// A product: `sku` names it, `price` is in US dollars.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Product {
    pub(crate) category: &'static str,
    pub(crate) number: usize,
    pub(crate) price: f64,
}

impl Product {
    /// Low numbers sell better: the smaller of two throws.
    pub(crate) fn chosen(category: &'static str, dice: &mut Dice) -> Self {
        let number = dice.below(PER_CATEGORY).min(dice.below(PER_CATEGORY));
        let shelf = CATEGORIES.iter().position(|known| *known == category).unwrap_or(0);
        Self { category, number, price: 6.9 + ((number * 37 + shelf * 53) % 90) as f64 }
    }

    pub(crate) fn sku(&self) -> String {
        format!("{}-{:02}", self.category, self.number + 1)
    }
}
