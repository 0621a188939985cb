//! ws: to come.
