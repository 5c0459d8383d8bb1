# cmake -DOUTPUT=file.c -DCSS=... -DJS=... -DD3=... -P embed.cmake: text files as C arrays (C17 has no #embed).
# An empty or absent file gives an empty array.
function(embed name path)
  set(hex "")
  if(path AND EXISTS "${path}")
    file(READ "${path}" hex HEX)
  endif()
  string(LENGTH "${hex}" digits)
  math(EXPR length "${digits} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(REPLACE "0x0a," "0x0a,\n" bytes "${bytes}")
  file(APPEND "${OUTPUT}"
    "const unsigned char csi_asset_${name}[] = {\n${bytes}0};\nconst size_t csi_asset_${name}_length = ${length};\n")
endfunction()

file(WRITE "${OUTPUT}" "#include \"notebooks-export/page_assets.h\"\n")
embed(css "${CSS}")
embed(js "${JS}")
embed(d3 "${D3}")
