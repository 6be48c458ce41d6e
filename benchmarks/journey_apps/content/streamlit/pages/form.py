import streamlit as st

st.title("A berth, please")
with st.form("berth"):
    st.text_input("Name of the ship", "Marie")
    st.slider("Length in metres", 5, 40, 12)
    st.selectbox("Harbour", ["North", "South"])
    st.checkbox("Needs a pilot", value=True)
    st.radio("Pays in", ["money", "pears"])
    st.form_submit_button("Ask")
tabs = st.tabs(["By day", "By night"])
tabs[0].write("Follow the red buoys.")
tabs[1].write("Follow the lights.")
