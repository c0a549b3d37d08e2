//! The secrets that a report has to hide wherever they stand because the target wrote them into its own description.

use model::{Redactor, Surface};

/// What stands in links, forms and descriptions. Checks put their payloads behind it and write paths with it, where nothing shows any more
/// that it is secret.
pub(super) fn surface(redactor: &mut Redactor, surface: &Surface) {
    for operation in surface.operations.iter().chain(&surface.acting_links) {
        redactor.learn_from(&operation.path);
        for parameter in &operation.parameters {
            redactor.learn_value(&parameter.name, parameter.example.as_deref().unwrap_or(""));
        }
    }
    for form in &surface.forms {
        redactor.learn_from(&form.action);
        for field in &form.fields {
            redactor.learn_value(&field.name, &field.value);
        }
    }
    for ((_, _, name), value) in &surface.settled {
        redactor.learn_value(name, value);
    }
    for (name, values) in &surface.harvested {
        for harvested in values {
            redactor.learn_value(name, &harvested.value);
        }
    }
    for path in &surface.assets {
        redactor.learn_from(path);
    }
}
