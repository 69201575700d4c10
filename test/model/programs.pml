/* SPDX-License-Identifier: MIT
 *
 * What the programs of several scenarios do.
 */
inline any_deadline()
{
    if
    :: deadline = NEVER
    :: deadline = PASSED
    :: deadline = LATER
    fi
}

inline soon_or_never()
{
    if
    :: deadline = NEVER
    :: deadline = LATER
    fi
}

inline any_question(p)
{
    if
    :: question[p] = 0
    :: question[p] = 1
    fi
}

#if TOKENS == 1

#define any_token(p) with_token = p

#else

/* Keeps the first token in another register, perhaps. */
inline keep_token(p)
{
    if
    :: token[p * TOKENS] != NOBODY ->
        set_token(p * TOKENS + 1, token[p * TOKENS], token_sequence[p * TOKENS],
                  token_question[p * TOKENS])
    :: skip
    fi
}

inline any_token(p)
{
    if
    :: with_token = p * TOKENS
    :: with_token = p * TOKENS + 1
    fi
}

#endif
