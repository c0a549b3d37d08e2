//! Endpoints that talk to a language model: OWASP LLM Top 10 2025.

use crate::Check;

mod endpoint;
mod interview;
mod llm_endpoint_open;
mod llm_instruction_override;
mod llm_jailbreak;
mod llm_output_unescaped;
mod llm_prompt_unbounded;
mod llm_secret_in_output;
mod llm_system_prompt_leak;
mod llm_system_role_accepted;
mod llm_tool_exposure;
mod llm_usage_exposed;
mod mcp_server_open;
mod prompts;
mod question;
mod reply;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[
    &llm_endpoint_open::CHECK,
    &llm_instruction_override::CHECK,
    &llm_jailbreak::CHECK,
    &llm_output_unescaped::CHECK,
    &llm_prompt_unbounded::CHECK,
    &llm_secret_in_output::CHECK,
    &llm_system_prompt_leak::CHECK,
    &llm_system_role_accepted::CHECK,
    &llm_tool_exposure::CHECK,
    &llm_usage_exposed::CHECK,
    &mcp_server_open::CHECK,
];
