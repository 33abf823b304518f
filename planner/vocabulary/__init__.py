"""What every room speaks: errors, sentences in both languages, the tables between the stages."""
