import pandas as pd
import streamlit as st

levels = pd.DataFrame({"level": [1.2, 1.9, 2.6, 3.0, 2.7, 2.0, 1.4, 1.1], "wind": [3, 5, 4, 7, 9, 6, 5, 4]})
st.title("Tides")
st.line_chart(levels)
st.bar_chart(levels)
st.progress(70, text="Seven of ten hours")
