using System.Reflection;

// How a running build knows which engine it got: start-up log, /health/ready and collab_build_info read this.
[assembly: AssemblyMetadata("CollabEngine", "stand-in")]
