"""帳票: what is done with paper beside its issue: post, stock, return, lists, applications."""
