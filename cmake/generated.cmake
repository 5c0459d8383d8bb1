# Sources made at build time. Each generator appends to generated_sources.
set(generated_sources)
