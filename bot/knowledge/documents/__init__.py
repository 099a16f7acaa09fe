"""Articles as people write them down: in Markdown, in a spreadsheet, and as the measures of a work plan."""
