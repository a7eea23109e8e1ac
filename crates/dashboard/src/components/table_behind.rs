//! The table behind a chart: every bucket as a row, newest first.

use dashboard_islands::icon::{Icon, small_icon};
use leptos::prelude::*;

/// A table whose first column is text and whose others are figures.
pub(crate) struct Table {
    pub(crate) heads: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// The closed table; `t` opens it.
pub(crate) fn table_behind(table: Table) -> AnyView {
    let class = |column: usize| if column == 0 { "nowrap" } else { "num" };
    view! {
        <details class="behind">
            <summary>
                {small_icon(Icon::TABLE)} "Table behind this chart" <span class="faint">{format!("{} rows", table.rows.len())}</span>
            </summary>
            <div class="scroll-x" tabindex="0" role="region" aria-label="Table behind this chart">
                <table class="tbl">
                    <thead>
                        <tr>{table.heads.into_iter().enumerate().map(|(i, head)| view! { <th scope="col" class=class(i)>{head}</th> }).collect_view()}</tr>
                    </thead>
                    <tbody>
                        {table
                            .rows
                            .into_iter()
                            .map(|row| view! { <tr>{row.into_iter().enumerate().map(|(i, cell)| view! { <td class=class(i)>{cell}</td> }).collect_view()}</tr> })
                            .collect_view()}
                    </tbody>
                </table>
            </div>
        </details>
    }.into_any()
}
