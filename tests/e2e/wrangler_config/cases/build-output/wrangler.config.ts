export default { assetsDirectory: "./public", types: { generate: false } };
