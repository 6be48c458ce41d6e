import pandas as pd
import streamlit as st

st.title("Berths")
st.dataframe(
    pd.DataFrame(
        {
            "berth": [f"A{n}" for n in range(30)],
            "length": [8 + n % 7 for n in range(30)],
            "fee": [120.5 + 7 * n for n in range(30)],
        }
    )
)
st.table(pd.DataFrame({"tide": ["high", "low"], "time": ["06:12", "12:31"]}))
