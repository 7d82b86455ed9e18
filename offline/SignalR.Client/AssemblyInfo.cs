using System.Reflection;

// How a running build knows which engine it got: see offline/README.md.
[assembly: AssemblyMetadata("CollabEngine", "stand-in")]
