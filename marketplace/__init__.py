"""安全应急产业供需平台: suppliers list, public buyers find and ask, with reasons one can check."""
