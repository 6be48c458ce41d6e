import streamlit as st

st.set_page_config(page_title="Harbour", layout="wide")
st.title("Harbour office")
st.write("What the office knows about its berths.")
left, middle, right = st.columns(3)
left.metric("Berths", 48, 3)
middle.metric("Ships", 31, -2)
right.metric("Tide", "2.6 m", "0.4 m")
with st.expander("Rules of the quay", expanded=True):
    st.markdown("\n".join(f"{n}. Rule number {n} is older than the quay." for n in range(1, 9)))
st.code("def tide(hour):\n    return 1.2 + hour % 5\n")
st.info("The ferry waits for nobody.")
