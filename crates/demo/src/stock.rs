//! What the shop sells.

use crate::dice::Dice;

pub(crate) const CATEGORIES: [&str; 6] = ["kitchen", "garden", "lighting", "textiles", "desk", "travel"];

/// What people type into the search, and how often per hundred.
pub(crate) const SEARCHES: [(u32, &str); 8] =
    [(24, "lamp"), (18, "teapot"), (14, "linen"), (12, "planter"), (10, "notebook"), (9, "rucksack"), (8, "knife"), (5, "gift card")];

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
