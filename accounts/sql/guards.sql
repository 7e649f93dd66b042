SELECT policies_keep_forever('accounts_signinpolicy');
