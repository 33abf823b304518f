"""From paths to tables of cells: files, folders, archives, workbooks, parquet."""
