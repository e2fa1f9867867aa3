//! Accessibility as axe-core sees it, inside the real window.

use xinghuo_tests::{Page, Tried, root};

/// The serious and critical violations on the page now, one line each.
pub async fn violations(page: &Page) -> Tried<Vec<String>> {
    let axe = std::fs::read_to_string(root().join("ui/node_modules/axe-core/axe.min.js"))?;
    page.run(&format!("{axe}; window.axe = axe;"), vec![]).await?;
    let look = "const done = arguments[arguments.length - 1];
        axe.run(document, { resultTypes: ['violations'] }).then(
            (found) => done(found.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
                .flatMap((v) => v.nodes.map((n) => `${v.id} (${v.impact}): ${n.html.slice(0, 160)} ${n.failureSummary}`))),
            (error) => done([`axe did not run: ${error}`]));";
    let found = page.run_until_called(look, vec![]).await?;
    Ok(found.as_array().into_iter().flatten().map(|line| line.as_str().unwrap_or_default().to_owned()).collect())
}
